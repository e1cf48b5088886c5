-- Incidents, and what upkeep needs.

SELECT 1;
