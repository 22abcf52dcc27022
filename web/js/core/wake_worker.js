self.addEventListener("message", ({ data: { id, delay } }) => {
  setTimeout(() => self.postMessage(id), delay);
});
