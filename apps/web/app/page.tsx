import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import { getSessionUserOrNull } from '#features/auth/session.ts'
import { Hero } from '#features/home/hero.tsx'
import { ResponseList } from '#features/home/response-list.tsx'
import { SignUpPath } from '#features/home/sign-up-path.tsx'
import { Button } from '#ui/button.tsx'

/** The home page: explains Routekey and shows it at work. */
export default async function HomePage() {
  const user = await getSessionUserOrNull()
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-20 px-4 py-14 sm:px-6 sm:py-20 lg:gap-28">
      <Hero isSignedIn={user !== null} />

      <section aria-labelledby="path" className="flex flex-col gap-8">
        <SectionHeading
          id="path"
          title="See it work"
          text="When you sign up, this application creates your Stripe customer through a route that only it can call."
        />
        <SignUpPath userId={user?.id ?? null} />
      </section>

      <section aria-labelledby="responses" className="flex flex-col gap-8">
        <SectionHeading
          id="responses"
          title="What callers get"
          text="Errors are RFC 9457 problem details. They never reveal which check failed."
        />
        <ResponseList />
        <div>
          <Button asChild variant="outline">
            <Link href="/try">
              Try it with your own key
              <ArrowRight />
            </Link>
          </Button>
        </div>
      </section>
    </div>
  )
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
