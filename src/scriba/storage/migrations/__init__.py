"""Alembic migrations, packaged so that an installed Scriba can bring its database up to date."""
