// PostGraphile asks for Node 22. On Node 20 this is all that it lacks for what is asked of it here.
Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};
