"""OGC API – Features and OGC API – Processes, as an application that is mounted at /ogc."""
