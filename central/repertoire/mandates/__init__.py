"""Who may license what, where and when: mandates, direct licences and opt-outs."""
