"""How a plan comes about: which components, how they run here, which steps that takes."""
