"""The allocation problem: domain, rules, goals, engines, verification and explanation."""
