"""White Room's service as far as monitoring needs one: accounts, sessions, songs."""
