/** Requests of the page's scripts to their own portal. */
export const ask = async <Result>(name: string, body: object = {}, keepalive = false): Promise<Result> => {
  const answer = await fetch(`/__portal/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    keepalive,
  });
  const { result } = await answer.json();
  return result as Result;
};
