"""Staff sign in at an OpenID provider; their roles are a claim there."""
