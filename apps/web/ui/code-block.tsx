import { cx } from 'class-variance-authority'
import { CopyButton } from './copy-button.tsx'
import { highlight, type Token } from './highlight.ts'

const colours: Record<Token['kind'], string> = {
  comment: 'text-code-comment',
  string: 'text-code-string',
  keyword: 'text-code-keyword',
  name: 'text-code-name',
  plain: '',
}

/**
 * Shows code with a title and a button to copy it.
 *
 * @param props.title the place of the code: a file or a terminal
 * @param props.marked the highlighted lines, counted from 1
 */
export function CodeBlock({ title, code, marked = [] }: { title: string; code: string; marked?: readonly number[] }) {
  return (
    <figure className="min-w-0 overflow-hidden rounded-xl border bg-code shadow-xs">
      <figcaption className="flex h-11 items-center justify-between gap-3 border-b bg-card pr-1.5 pl-4">
        <span className="truncate font-mono text-xs text-muted-foreground">{title}</span>
        <CopyButton text={code} label={title} />
      </figcaption>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that the keyboard can scroll it
        tabIndex={0}
        className="overflow-x-auto py-4 font-mono text-[0.8125rem] leading-6 outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50 focus-visible:ring-inset"
      >
        <code className="block w-max min-w-full">
          {code.split('\n').map((line, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- the lines of a constant text never move
            <Line key={index} text={line} isMarked={marked.includes(index + 1)} />
          ))}
        </code>
      </pre>
    </figure>
  )
}

function Line({ text, isMarked }: { text: string; isMarked: boolean }) {
  return (
    <span className={cx('block px-4', isMarked && 'bg-ring/10 shadow-[inset_2px_0_var(--ring)]')}>
      {highlight(text).map((token, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the tokens of a constant text never move
        <span key={index} className={colours[token.kind]}>
          {token.text}
        </span>
      ))}
      {'\n'}
    </span>
  )
}
