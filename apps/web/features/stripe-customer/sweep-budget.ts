/**
 * How long a sweep's route begins rows, in milliseconds. One that is begun last may wait for its turn until its lease ends
 * (30 s), send its last request then (10 s) and be recorded (5 s are left); cut off before, the call would answer no counts.
 */
export const sweepBudgetMs = 15_000
