-- How often templates were used.

SELECT 1;
