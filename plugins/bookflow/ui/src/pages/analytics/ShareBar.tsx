interface Props {
  /** Per cent of the whole. */
  share: number;
  isBad?: boolean;
}

/** Draws a share beside its number. */
export function ShareBar({ share, isBad = false }: Props) {
  const width = `${String(Math.min(100, Math.max(1, share)))}%`;
  return (
    <div aria-hidden className="bf-share">
      <div className={isBad ? "bf-share-bad" : undefined} style={{ width }} />
    </div>
  );
}
