import { type ClassValue, clsx } from 'clsx'

/**
 * Joins class names. Of two for one property, the stylesheet's later wins, not the argument's: components offer variants
 * for what may differ. tailwind-merge would settle it at run time, for 9 kB of script on every page.
 */
export function cn(...inputs: ClassValue[]): string {
  return clsx(inputs)
}
