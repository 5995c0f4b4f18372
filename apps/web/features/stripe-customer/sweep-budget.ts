/**
 * For how long the route of the sweep starts new rows. The last row may wait until its lease ends (30 s), send its last
 * request then (10 s) and be written (5 s are left). If the host ended the request before, it would return no counts.
 */
export const sweepBudgetMs = 15_000
