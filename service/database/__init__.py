"""The one database: its tables, its migrations, and the server that comes with the product."""
