/** What went wrong, and a way to try again. */
export function Problem({ message, retry }: { message: string; retry: () => void }) {
  return (
    <div className="problem" role="alert">
      <p>{message}</p>
      <button type="button" onClick={retry}>Try again</button>
    </div>
  );
}
