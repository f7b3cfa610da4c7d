"""What staff hear from citizens: questions that went wrong, how good answers are, what is asked."""
