"""What is kept: the only importer of Tortoise and asyncpg. It returns domain values, never rows."""
