import type { ComponentProps } from 'react'

/** The logo: a key whose blade is a route. */
export function Logo(props: ComponentProps<'svg'>) {
  return (
    <svg viewBox="0 0 32 32" fill="none" aria-hidden {...props}>
      <rect width="32" height="32" rx="8" fill="currentColor" />
      <g className="stroke-background" strokeWidth="2.5" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="11" cy="16" r="4" />
        <path d="M15 16h10v4.5M20 16v3" />
      </g>
    </svg>
  )
}
