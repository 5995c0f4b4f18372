/** Classes that pass by themselves: connection, rollback, resources, operator intervention, system. */
const transientSqlstate = /^(08|40|53|57|58)/
const sqlstate = /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/

/** Returns whether an error code is a SQLSTATE with which Postgres refuses a statement for good. */
export function isRefusal(code: string): boolean {
  return sqlstate.test(code) && !transientSqlstate.test(code)
}
