import { cx } from 'class-variance-authority'
import { Menu } from 'lucide-react'
import { signOut } from '#features/auth/actions.ts'
import type { SessionUser } from '#features/auth/session.ts'
import { Button } from '#ui/button.tsx'
import { Logo } from '#ui/logo.tsx'
import { NavLink } from './nav-link.tsx'

const menuId = 'site-menu'

const item =
  'inline-flex items-center rounded-md text-sm font-medium whitespace-nowrap text-muted-foreground transition-colors outline-none hover:bg-accent hover:text-accent-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50 aria-[current]:text-foreground'
const inBar = cx(item, 'h-8 px-2.5 sm:px-3')
const inMenu = cx(item, 'h-10 w-full px-3 aria-[current]:bg-accent sm:h-8 sm:w-auto sm:aria-[current]:bg-transparent')

/** The header of every page, with the links for the visitor. */
export function SiteHeader({ user }: { user: SessionUser | null }) {
  return (
    <header className="sticky top-0 z-10 border-b bg-background/85 backdrop-blur">
      <div className="mx-auto flex h-14 w-full max-w-5xl items-center justify-between gap-2 px-4 sm:px-6">
        <NavLink
          href="/"
          className="flex items-center gap-2.5 rounded-md text-[0.95rem] font-semibold tracking-tight outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          <Logo className="size-6" />
          Routekey
        </NavLink>
        {user === null ? (
          <nav aria-label="Main" className="flex items-center gap-0.5 sm:gap-1">
            <NavLink href="/try" className={inBar}>
              Try it
            </NavLink>
            <NavLink href="/login" className={inBar}>
              Sign in
            </NavLink>
            <Button asChild size="sm" className="ml-1 max-sm:px-2.5">
              <NavLink href="/login?mode=sign-up" className="">
                Sign up
              </NavLink>
            </Button>
          </nav>
        ) : (
          <>
            <Button
              variant="ghost"
              size="icon"
              type="button"
              popoverTarget={menuId}
              className="-mr-2 size-10 sm:hidden"
            >
              <Menu aria-hidden className="size-5" />
              <span className="sr-only">Menu</span>
            </Button>
            {/* One list for all widths. On phones it is a popover, which works before scripts arrive. */}
            <nav
              id={menuId}
              popover="auto"
              aria-label="Main"
              className="gap-1 overflow-visible text-inherit max-sm:fixed max-sm:inset-auto max-sm:top-15 max-sm:right-3 max-sm:w-52 max-sm:flex-col max-sm:rounded-xl max-sm:border max-sm:bg-card max-sm:p-1.5 max-sm:shadow-lg max-sm:open:flex sm:static sm:-mr-3 sm:flex sm:items-center sm:bg-transparent"
            >
              <NavLink href="/keys" className={inMenu}>
                Keys
              </NavLink>
              <NavLink href="/try" className={inMenu}>
                Try it
              </NavLink>
              <NavLink href="/account" className={inMenu}>
                Account
              </NavLink>
              <form action={signOut}>
                <button className={inMenu}>Sign out</button>
              </form>
            </nav>
          </>
        )}
      </div>
    </header>
  )
}
