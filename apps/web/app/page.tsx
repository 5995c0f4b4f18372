import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import { type Profile, readProfile } from '#features/account/read-profile.ts'
import { getSessionUserOrNull } from '#features/auth/session.ts'
import { SignUpPath } from '#features/home/sign-up-path.tsx'
import { describeError, log } from '#server/log.ts'
import { createPageClient } from '#server/supabase.ts'
import { Badge } from '#ui/badge.tsx'
import { Button } from '#ui/button.tsx'
import { CodeBlock } from '#ui/code-block.tsx'

const guard = `import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'

const secret = envSecret('API_ROUTE_SECRET')

export const POST = withKey(secret, () => {
  // Only callers with the key get here.
  return Response.json({ ok: true })
})`

const shell = `# 256 random bits, into .env.local
npx routekey generate API_ROUTE_SECRET`

const answers = [
  { request: 'The right key', answer: '200', variant: 'success', note: 'The handler runs.' },
  { request: 'No key, or a wrong one', answer: '401', variant: 'destructive', note: 'The handler does not run.' },
  { request: 'Two keys at once', answer: '400', variant: 'destructive', note: 'An ambiguous request is no request.' },
  {
    request: 'Any, while no secret is set',
    answer: '503',
    variant: 'warning',
    note: 'A forgotten variable closes the route. It never opens it.',
  },
] as const

/** Says what Routekey is, and shows it. */
export default async function HomePage() {
  const user = await getSessionUserOrNull()
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-20 px-4 py-14 sm:px-6 sm:py-20 lg:gap-28">
      <section className="grid items-center gap-10 lg:grid-cols-[5fr_6fr] lg:gap-12">
        <div className="flex min-w-0 flex-col items-start gap-6">
          <h1 className="text-4xl leading-[1.1] font-semibold tracking-tight sm:text-5xl">Two lines secure a route.</h1>
          <p className="max-w-md text-lg text-pretty text-muted-foreground">
            Generate a key, put it on a Next.js route, and nothing else can call it.
          </p>
          <div className="flex flex-wrap gap-3">
            {user === null ? (
              <>
                <Button asChild size="lg">
                  <Link href="/login?mode=sign-up">
                    Create an account
                    <ArrowRight />
                  </Link>
                </Button>
                <Button asChild size="lg" variant="outline">
                  <Link href="/login">Sign in</Link>
                </Button>
              </>
            ) : (
              <>
                <Button asChild size="lg">
                  <Link href="/keys">
                    Open your keys
                    <ArrowRight />
                  </Link>
                </Button>
                <Button asChild size="lg" variant="outline">
                  <Link href="/account">Account</Link>
                </Button>
              </>
            )}
          </div>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <CodeBlock title="terminal" code={shell} />
          <CodeBlock title="app/api/reports/route.ts" code={guard} marked={[4, 6]} />
        </div>
      </section>

      <section aria-labelledby="path" className="flex flex-col gap-8">
        <SectionHeading
          id="path"
          title="Watch it work"
          text="Sign up, and you get a Stripe customer, through a route that nothing but this application can call."
        />
        <SignUpPath profile={user === null ? null : await readProfileIfPossible(user.id)} />
      </section>

      <section aria-labelledby="answers" className="flex flex-col gap-8">
        <SectionHeading
          id="answers"
          title="What a caller gets"
          text="Every refusal is an RFC 9457 problem that says no more than a stranger may know."
        />
        <dl className="divide-y rounded-xl border bg-card shadow-xs">
          {answers.map(({ request, answer, variant, note }) => (
            <div
              key={answer}
              className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 px-5 py-4 text-sm sm:grid-cols-[14rem_4rem_1fr] sm:px-6"
            >
              <dt className="font-medium">{request}</dt>
              <dd>
                <Badge variant={variant} className="font-mono">
                  {answer}
                </Badge>
              </dd>
              <dd className="col-span-2 text-muted-foreground sm:col-span-1">{note}</dd>
            </div>
          ))}
        </dl>
        <div>
          <Button asChild variant="outline">
            <Link href="/try">
              Try it with a key of yours
              <ArrowRight />
            </Link>
          </Button>
        </div>
      </section>
    </div>
  )
}

async function readProfileIfPossible(id: string): Promise<Profile | 'unreadable' | null> {
  try {
    return await readProfile(await createPageClient(), id)
  } catch (error) {
    // The page has more to show than this.
    log('error', 'home.profile_unreadable', { error: describeError(error) })
    return 'unreadable'
  }
}

function SectionHeading({ id, title, text }: { id: string; title: string; text: string }) {
  return (
    <div className="flex max-w-2xl flex-col gap-2">
      <h2 id={id} className="text-2xl font-semibold tracking-tight">
        {title}
      </h2>
      <p className="text-pretty text-muted-foreground">{text}</p>
    </div>
  )
}
