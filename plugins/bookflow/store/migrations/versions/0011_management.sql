-- What the management API records.

SELECT 1;
