'use client'

import Link from 'next/link'
import { usePathname, useSearchParams } from 'next/navigation'
import type { MouseEvent, ReactNode } from 'react'

/**
 * Links to a page, and marks it if the visitor is on that page or below it. It closes an open menu, because the menu stays in
 * the document during navigation.
 */
export function NavLink({ href, className, children }: { href: string; className: string; children: ReactNode }) {
  const pathname = usePathname()
  const mode = useSearchParams().get('mode')
  const [path = '', query] = href.split('?')
  const isHere = pathname === path && (path !== '/login' || mode === new URLSearchParams(query).get('mode'))
  return (
    <Link
      href={href}
      className={className}
      aria-current={isHere ? 'page' : pathname.startsWith(`${path}/`) ? 'true' : undefined}
      onClick={closeMenu}
    >
      {children}
    </Link>
  )
}

function closeMenu({ currentTarget }: MouseEvent<HTMLElement>): void {
  currentTarget.closest<HTMLElement>('[popover]')?.togglePopover(false)
}
