"""What goes over the wire, and only that."""
