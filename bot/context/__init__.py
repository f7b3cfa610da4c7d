"""How the question before bears on the next one."""
