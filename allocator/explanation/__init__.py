"""Why each project is placed where it is, or unplaced: dossiers as data."""
