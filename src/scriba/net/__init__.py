"""The only room that opens outgoing connections; every address is checked before it is called."""
