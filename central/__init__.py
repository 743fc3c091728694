"""The office: takes in what boxes heard, works out who is owed, shows and proves it."""
