"""What is wrong with an edition before anybody gets it? Each file looks for one kind of fault."""
