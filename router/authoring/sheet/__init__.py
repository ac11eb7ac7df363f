"""The rules as people read them beside one another: every service's criteria, and the pathways between services."""
