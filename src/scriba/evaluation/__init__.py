"""How well a recogniser does: word and token error rates against what was really said."""
