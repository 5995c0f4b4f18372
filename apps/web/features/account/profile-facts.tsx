import type { User } from '@supabase/supabase-js'
import { CopyButton } from '#ui/copy-button.tsx'
import { Fact } from '#ui/fact.tsx'
import { Time } from '#ui/time.tsx'
import { describeSignInMethods } from './describe-sign-in-methods.ts'

/** Lists the data of a user's account. */
export function ProfileFacts({ user, createdAt }: { user: User; createdAt: Date }) {
  const methods = describeSignInMethods(user)
  return (
    <dl className="grid gap-x-6 gap-y-4 text-sm sm:grid-cols-[10rem_1fr]">
      <Fact term="Email">{user.email || 'None'}</Fact>
      {methods.length > 0 && <Fact term="Sign-in">{methods.join('; ')}</Fact>}
      <Fact term="Signed up">
        <Time at={createdAt} />
      </Fact>
      <Fact term="User ID">
        <span className="flex min-w-0 items-center gap-1">
          <code className="font-mono text-[0.8125rem]">{user.id}</code>
          <CopyButton text={user.id} label="user ID" />
        </span>
      </Fact>
    </dl>
  )
}
