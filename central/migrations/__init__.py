"""How the books came to their present form, step by step; steps are added, never changed."""
