import { Refusal } from '../cli-error.ts'

/** Refuses the want of an option. */
export function need<Value>(value: Value | undefined, option: string): Value {
  if (value === undefined) throw new Refusal(`${option} is needed`, 2)
  return value
}

/** Refuses an id that leads to nothing. */
export function found<Value>(value: Value | null, id: string, condition = ''): Value {
  if (value === null) throw new Refusal(`there is no ${condition}key ${id}`)
  return value
}

/** Reads a whole number. */
export function wholeNumber(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(`--${option} takes a whole number`, 2)
  return Number(text)
}

/** Reads a date. */
export function instant(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new Refusal('--expires takes a date such as 2027-01-31T12:00:00Z', 2)
  return date
}
