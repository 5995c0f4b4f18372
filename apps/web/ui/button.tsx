import { cva, cx, type VariantProps } from 'class-variance-authority'
import { cloneElement, type ComponentProps, isValidElement } from 'react'

const buttonVariants = cva(
  "inline-flex shrink-0 items-center justify-center gap-2 rounded-md text-sm font-medium whitespace-nowrap transition-colors outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50 disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-60 [&_svg]:pointer-events-none [&_svg]:shrink-0 [&_svg:not([class*='size-'])]:size-4",
  {
    variants: {
      variant: {
        default: 'bg-primary text-primary-foreground shadow-xs hover:bg-primary/90',
        outline: 'border border-input bg-card text-card-foreground shadow-xs hover:bg-accent',
        ghost: 'text-muted-foreground hover:bg-accent hover:text-accent-foreground',
        destructive:
          'border border-destructive/40 bg-card text-destructive shadow-xs hover:border-destructive/60 hover:bg-destructive/10',
      },
      size: {
        default: 'h-9 px-4 has-[>svg]:px-3.5',
        sm: 'h-8 px-3',
        lg: 'h-10 px-5',
        icon: 'size-8',
      },
    },
    defaultVariants: { variant: 'default', size: 'default' },
  },
)

/**
 * Shows a button, or applies its style to the only child with `asChild`.
 *
 * @param props.size default `default`, 36 px high
 */
export function Button({
  className,
  variant,
  size,
  asChild = false,
  children,
  ...props
}: ComponentProps<'button'> & VariantProps<typeof buttonVariants> & { asChild?: boolean }) {
  const look = { 'data-slot': 'button', className: cx(buttonVariants({ variant, size, className })), ...props }
  // radix-ui's Slot does more, but adds 2 kB to each script with a button.
  if (asChild && isValidElement(children)) return cloneElement(children, look)
  return <button {...look}>{children}</button>
}
