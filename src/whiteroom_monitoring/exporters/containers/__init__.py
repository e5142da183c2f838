"""A small exporter of containers for hosts without cAdvisor, with cAdvisor's metric names."""
