-- Roll-ups of what became of executions.

SELECT 1;
