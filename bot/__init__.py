"""How it travels: channels, web, clock, transactions, configuration. The only asynchronous room."""
