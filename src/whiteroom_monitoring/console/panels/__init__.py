"""Types of panels as the JSON that the browser draws, where they are no series or tables."""
