import { Logo } from '#ui/logo.tsx'

/** The footer of every page. */
export function SiteFooter() {
  return (
    <footer className="border-t">
      <div className="mx-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-6 text-sm text-muted-foreground sm:px-6">
        <p className="flex items-center gap-2.5">
          <Logo className="size-4 text-muted-foreground" />
          Routekey, open source under the MIT License
        </p>
        {/* oxlint-disable-next-line next/no-html-link-for-pages -- a route that returns JSON, not a page */}
        <a
          href="/api/health"
          className="rounded-sm underline-offset-4 outline-none hover:text-foreground hover:underline focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          System status
        </a>
      </div>
    </footer>
  )
}
