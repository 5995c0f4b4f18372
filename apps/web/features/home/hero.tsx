import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import { Button } from '#ui/button.tsx'
import { CodeBlock } from '#ui/code-block.tsx'

const shell = `# Writes 256 random bits to .env.local
npx routekey generate API_ROUTE_SECRET`

const route = `import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'

const secret = envSecret('API_ROUTE_SECRET')

export const POST = withKey(secret, () => {
  // Only callers with the key get here.
  return Response.json({ ok: true })
})`

/** Introduces Routekey with an example, and links to the first steps. */
export function Hero({ isSignedIn }: { isSignedIn: boolean }) {
  const [first, second] = isSignedIn
    ? [
        { href: '/keys', text: 'View your keys' },
        { href: '/account', text: 'Account' },
      ]
    : [
        { href: '/login?mode=sign-up', text: 'Create an account' },
        { href: '/login', text: 'Sign in' },
      ]
  return (
    <section className="grid items-center gap-10 lg:grid-cols-[5fr_6fr] lg:gap-12">
      <div className="flex min-w-0 flex-col items-start gap-6">
        <h1 className="text-4xl leading-[1.1] font-semibold tracking-tight sm:text-5xl">Two lines secure a route.</h1>
        <p className="max-w-md text-lg text-pretty text-muted-foreground">
          Generate a key, put it on a Next.js route, and nothing else can call it.
        </p>
        <div className="flex flex-wrap gap-3">
          <Button asChild size="lg">
            <Link href={first.href}>
              {first.text}
              <ArrowRight />
            </Link>
          </Button>
          <Button asChild size="lg" variant="outline">
            <Link href={second.href}>{second.text}</Link>
          </Button>
        </div>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <CodeBlock title="Terminal" code={shell} />
        <CodeBlock title="app/api/reports/route.ts" code={route} marked={[4, 6]} />
      </div>
    </section>
  )
}
