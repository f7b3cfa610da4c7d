"""The courier: carries our documents to the other side, and theirs into their cases."""
