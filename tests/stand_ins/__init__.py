"""Other people's services as the tests have them: they speak HTTP and remember what they heard."""
