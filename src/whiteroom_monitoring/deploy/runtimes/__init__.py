"""What runs the components: supervisord."""
