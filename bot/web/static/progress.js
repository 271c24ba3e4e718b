"use strict";
/* Shows the progress of a reindex as it comes; without scripts the page loads itself again every few seconds. */
const section = document.getElementById("progress");
const text = section.querySelector(".text");
const bar = section.querySelector("progress");
const events = new EventSource(section.dataset.events);
events.onmessage = (event) => {
  const now = JSON.parse(event.data);
  if (text.textContent !== now.text) text.textContent = now.text;
  if (now.total > 0) {
    bar.max = now.total;
    bar.value = now.done;
  } else {
    bar.removeAttribute("value");
  }
};
events.addEventListener("end", () => {
  events.close();
  location.reload();
});
events.onerror = () => {
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
};
