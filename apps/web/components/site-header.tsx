import Link from 'next/link'
import { signOut } from '#app/login/actions.ts'
import { Button } from '#components/ui/button.tsx'
import type { Viewer } from '#lib/viewer.ts'
import { Logo } from './logo.tsx'

/** Shows the name, and the ways that are open to the visitor. */
export function SiteHeader({ viewer }: { viewer: Viewer | null }) {
  return (
    <header className="sticky top-0 z-10 border-b bg-background/85 backdrop-blur">
      <div className="mx-auto flex h-14 w-full max-w-5xl items-center justify-between gap-4 px-4 sm:px-6">
        <Link
          href="/"
          className="flex items-center gap-2.5 rounded-md text-[0.95rem] font-semibold tracking-tight outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          <Logo className="size-6" />
          Routekey
        </Link>
        <nav aria-label="Main" className="flex items-center gap-1">
          {viewer === null ? (
            <>
              <Button asChild variant="ghost" size="sm">
                <Link href="/login">Sign in</Link>
              </Button>
              <Button asChild size="sm">
                <Link href="/login?mode=sign-up">Sign up</Link>
              </Button>
            </>
          ) : (
            <>
              <Button asChild variant="ghost" size="sm">
                <Link href="/account">Account</Link>
              </Button>
              <form action={signOut}>
                <Button variant="ghost" size="sm">
                  Sign out
                </Button>
              </form>
            </>
          )}
        </nav>
      </div>
    </header>
  )
}
