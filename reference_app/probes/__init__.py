"""What `whiteroom verify` asks of White Room's programs, whoever runs them."""
