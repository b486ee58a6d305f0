"""Why a batch has no plan, and which limits to loosen for one."""
