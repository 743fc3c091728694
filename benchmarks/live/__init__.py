"""How surely works played live are recognised, when people play them in halls with an audience."""
