"""Plans on maps: a folium frame of trusted geometry, and one payload that our own script draws."""
