const sqlstate = /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/

/** The classes whose errors pass by themselves. */
const transientClasses = [
  '08', // connection; poolers report their own errors with it, too
  '40', // rollback: serialization, deadlock
  '53', // resources: connections, memory, disk
  '57', // intervention: shutdown, start-up, cancelled by a timeout
]

/** The errors of other classes that pass by themselves. */
const transientErrors = new Set([
  '25006', // read-only, as after a failover until the connections reach the new primary
  '25P03', // the transaction was idle for too long
  '25P04', // the transaction took too long
  '55006', // the object is in use
  '55P03', // the lock was not available in time
  '58000', // the system failed
  '58030', // a file could not be read or written
  '72000', // the snapshot was too old
  // Internal. Postgres uses it for updates of its catalogue at the same time, and Supabase's pooler for full pools. Corrupt data
  // has codes of its own.
  'XX000',
])

/** Returns whether an error code is a SQLSTATE. */
export function isSqlstate(code: string): boolean {
  return sqlstate.test(code)
}

/** Returns whether an error code is a SQLSTATE with which Postgres refuses a statement for good. */
export function isRefusal(code: string): boolean {
  return isSqlstate(code) && !transientClasses.includes(code.slice(0, 2)) && !transientErrors.has(code)
}
