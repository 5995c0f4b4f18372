import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { parseAuthReturn } from '#features/auth/parse-auth-return.ts'
import { Button } from '#ui/button.tsx'
import { Logo } from '#ui/logo.tsx'

export const metadata: Metadata = { title: 'Confirm your email address' }

const texts = {
  signup: 'Press the button to finish signing up.',
  email_change: 'Press the button to use this address for your account.',
}

/**
 * The page of a link in an email. Loading it changes nothing, because mail scanners load links too: its button uses the link up.
 * A plain form, so that it works before scripts arrive.
 */
export default async function ConfirmPage({ searchParams }: PageProps<'/auth/confirm'>) {
  const { token_hash: tokenHash, type } = await searchParams
  const query = new URLSearchParams()
  if (typeof tokenHash === 'string') query.set('token_hash', tokenHash)
  if (typeof type === 'string') query.set('type', type)
  const link = parseAuthReturn(query)
  if (link.kind !== 'token') redirect('/login?error=failed')

  return (
    <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center gap-6 px-4 py-12 text-center sm:py-16">
      <div className="flex flex-col items-center gap-4">
        <Logo className="size-9" />
        <div className="flex flex-col gap-1.5">
          <h1 className="text-2xl font-semibold tracking-tight text-balance">Confirm your email address</h1>
          <p className="text-sm text-pretty text-muted-foreground">
            {texts[link.type === 'email_change' ? 'email_change' : 'signup']}
          </p>
        </div>
      </div>
      <form method="post" action="/auth/verify" className="flex flex-col">
        <input type="hidden" name="token_hash" value={link.tokenHash} />
        <input type="hidden" name="type" value={link.type} />
        <Button size="lg">Confirm email address</Button>
      </form>
      <p className="text-sm text-balance text-muted-foreground">
        If you didn’t ask for this email, close this page. Nothing changes then.
      </p>
    </div>
  )
}
